"""How often the screening remarks on honest visits, and how much it finds of what was copied.

    python benchmarks/screening.py [--stores 30] [--rounds 6] [--seeds 2]

Honest visits are simulated: each shopper's answers, feelings and times are drawn for that visit alone. What simulated
shoppers write comes from banks of a few sentences, which people do not have, so notes are written by a chain of words
(each follows the one before as it does in these banks and in the questions of the checklists). Photos are drawn scenes,
seen by a camera that is never held twice the same. Then copies are planted: a note of another visit with every tenth
word changed, a photo saved again (smaller, at quality 30 to 80), a visit ended after five minutes, the answers of the
shopper's visit before.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from PIL import Image, ImageEnhance

from cemaudit.compare.item_analysis import upper_limit_of_share
from cemaudit.entry.doubts.earlier import shingles
from cemaudit.media.picture_hash import difference_hash
from cemaudit.model import Checklist, Visit
from cemaudit.packages import shipped_table
from cemaudit.programme.screening.pictures import similar_pictures
from cemaudit.programme.screening.rules import RULES, ScreenedVisit, screen_visits, screened_visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate
from cemaudit.simulate.inbox import jpeg

CHECKLISTS = ("retail.green-smile", "hospital.outpatient", "ecommerce.order")
MOST_PHOTOS = 400
"""Photos drawn for one chain."""


class Writer:
    """Writes notes of some forty words, none like another, from how words follow each other in a corpus."""

    def __init__(self, checklists: Sequence[Checklist]) -> None:
        corpus = [*sentences(), *(str(item.ask.en) for checklist in checklists for item in checklist.items.values())]
        self._following: dict[str, list[str]] = {}
        for sentence in sorted(set(corpus)):
            words = sentence.split()
            for word, following in pairwise(["", *words, ""]):
                self._following.setdefault(word, []).append(following)

    def note(self, rng: Random) -> str:
        """A note."""
        words: list[str] = []
        while len(words) < 40 or words[-1]:
            words.append(rng.choice(self._following[words[-1] if words else ""]))
        return " ".join(filter(None, words))


def sentences() -> list[str]:
    """Every English sentence a simulated shopper may write."""

    def walk(table: object) -> Iterator[str]:
        if isinstance(table, dict):
            for name, value in table.items():
                yield from walk(value) if name != "en" else (text for text in value if isinstance(text, str))

    return sorted(set(walk(shipped_table("cemaudit.simulate", "sentences.toml"))))


def photo(drawn: bytes, rng: Random) -> bytes:
    """A drawn scene as one shopper's camera saw it: turned a little, nearer or farther, lighter or darker."""
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    image = image.rotate(rng.uniform(-6, 6), resample=Image.Resampling.BILINEAR, fillcolor=(128, 128, 128))
    left, top, right, bottom = (rng.uniform(0.02, 0.18) for _ in range(4))
    box = image.width * left, image.height * top, image.width * (1 - right), image.height * (1 - bottom)
    return saved(ImageEnhance.Brightness(image.crop(tuple(map(int, box)))).enhance(rng.uniform(0.7, 1.3)), 90)


def saved(image: Image.Image, quality: int) -> bytes:
    """The picture as a JPEG."""
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return data.getvalue()


def honest(checklist: Checklist, writer: Writer, stores: int, rounds: int, seed: int) -> list[ScreenedVisit]:
    """The visits of a chain in which nobody copies, as the rules see them."""
    rng = Random(f"screening {checklist.ref} {seed}")
    visits, photos = [], 0
    for number, visit in enumerate(simulate(checklist, stores=stores, visits=rounds, seed=seed), 1):
        pictures = {}
        for item, pieces in visit.evidence.items():
            for piece in pieces if photos < MOST_PHOTOS else ():
                bits = difference_hash(photo(jpeg(piece, checklist.touchpoint_of[item]), rng))
                if bits is not None:
                    pictures[piece.file] = bits
                    photos += 1
        screened = screened_visit(number, without_words(visit), checklist, pictures)
        texts = {f"notes.{place}": shingles(writer.note(rng)) for place in range(2)}
        visits.append(replace(screened, texts=texts))
    return visits


def without_words(visit: Visit) -> Visit:
    """The visit without what comes from the banks."""
    return visit.model_copy(update={"notes": {}})


def remarked(visits: Sequence[ScreenedVisit]) -> dict[str, set[int]]:
    """The numbers of the visits each rule remarks on."""
    found: dict[str, set[int]] = {rule: set() for rule in RULES}
    for remark in screen_visits(visits):
        found[remark.rule].add(remark.visit)
    return found


def found_texts(writer: Writer, seed: int, trials: int = 400) -> float:
    """The share of copied notes that are found, every tenth word of which was changed."""
    rng = Random(f"copied {seed}")
    visits = []
    for number in range(trials):
        text = writer.note(rng)
        words = [word if place % 10 else f"x{rng.randrange(10**6)}" for place, word in enumerate(text.split())]
        for own, words_of in ((2 * number, text), (2 * number + 1, " ".join(words))):
            visits.append(ScreenedVisit(own, f"v{own}", "c", f"s{own}", None, texts={"n": shingles(words_of)}))
    return sum(number % 2 for number in remarked(visits)["texts"]) / trials


def found_pictures(checklist: Checklist, seed: int) -> tuple[float, int]:
    """The share of photos that are found when they are saved again, of how many that show enough to be known by."""
    rng, hits, total = Random(f"saved {seed}"), 0, 0
    for visit in simulate(checklist, stores=20, visits=6, seed=seed):
        for item, pieces in visit.evidence.items():
            for piece in pieces:
                data = photo(jpeg(piece, checklist.touchpoint_of[item]), rng)
                image, part = Image.open(io.BytesIO(data)), rng.uniform(0.3, 0.9)
                small = image.resize((int(image.width * part), int(image.height * part)))
                pair = difference_hash(data), difference_hash(saved(small, rng.randint(30, 80)))
                if pair[0] is not None:
                    total += 1
                if None not in pair:
                    hits += bool(list(similar_pictures(pair, ["a", "b"])))  # type: ignore[arg-type]
    return (hits / total if total else 0.0), total


def found_answers(checklist: Checklist, writer: Writer) -> tuple[int, int]:
    """How many visits are found whose shopper gave the answers of the visit before again, and how many there are."""
    visits = honest(checklist, writer, 20, 6, 1)
    by_shopper = sorted(visits, key=lambda visit: (visit.shopper or "", visit.number))
    again = {
        later.number: earlier.answers
        for earlier, later in list(pairwise(by_shopper))[::4]
        if earlier.shopper == later.shopper
    }
    repeated = [replace(visit, answers=again.get(visit.number, visit.answers)) for visit in visits]
    return len(remarked(repeated)["alike"] & again.keys()), len(again)


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    library = Engine().library
    checklists = [
        max((c for c in library.checklists.values() if c.id == name), key=lambda c: c.version) for name in CHECKLISTS
    ]
    writer = Writer(checklists)
    alarms: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for checklist in checklists:
        for seed in range(1, options.seeds + 1):
            visits = honest(checklist, writer, options.stores, options.rounds, seed)
            own = {rule: len(numbers) for rule, numbers in remarked(visits).items()}
            alarms.update(own)
            shown.update(dict.fromkeys(RULES, len(visits)))
            shown["pictures"] -= sum(not visit.pictures for visit in visits)
            print(checklist.ref, seed, len(visits), own)
    print("\nrule        visits  remarked  share   at most (95 %)")
    for rule in RULES:
        n, k = shown[rule], alarms[rule]
        print(f"{rule:10} {n:7,} {k:9,}  {k / n:.3%}  {upper_limit_of_share(k, n):.3%}" if n else rule)
    print(f"\nfound of copied notes: {found_texts(writer, 1):.1%}")
    share, total = found_pictures(checklists[0], 1)
    print(f"found of photos saved again: {share:.1%} of {total}")
    timed = [
        replace(visit, minutes=5.0) if visit.number % 10 == 0 else visit
        for visit in honest(checklists[0], writer, 10, 4, 1)
    ]
    print(
        f"found of visits of five minutes: {len(remarked(timed)['pace'])} of {sum(v.number % 10 == 0 for v in timed)}"
    )
    hits, planted = found_answers(checklists[0], writer)
    print(f"found of answers given again: {hits} of {planted}")


if __name__ == "__main__":
    main()
