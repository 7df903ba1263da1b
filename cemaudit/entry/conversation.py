"""The questions of a draft, asked one after the other; every answer is on the disk before the next question."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from cemaudit.entry.commands import Said, SlashCommand, is_command, parse, usage
from cemaudit.entry.doubts import Doubt
from cemaudit.entry.draft import SHORTEST_REASON, Draft
from cemaudit.entry.questionnaire import EntryQuestion, QuestionKind, complaint, evidence, note, questions
from cemaudit.entry.replies import (
    can_be_timed,
    elapsed_text,
    read_replies,
    read_reply,
    remarks,
    skip,
    skip_feeling,
    starts_stopwatch,
)
from cemaudit.entry.session import DraftKeeper, Screen, Session, add_exhibit, drop_exhibit
from cemaudit.entry.wording import ask_line, banner, described, helped, in_words, list_line, shown_value, skip_words
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, Message, message, translate
from cemaudit.model import SkipState
from cemaudit.model.answers import Quantity, TextAnswer
from cemaudit.scoring.validation import note_length

__all__ = ["Conversation", "SecondLook"]

_SKIP_CODES = {"na": SkipState.NOT_APPLICABLE, "no": SkipState.NOT_OBSERVED, "de": SkipState.DECLINED}
_SEVERAL_LINES = {QuestionKind.NOTE, QuestionKind.COMPLAINT}
_ECHOED = frozenset(QuestionKind) - {
    QuestionKind.BRIEFING,
    QuestionKind.NOTE,
    QuestionKind.EVIDENCE,
    QuestionKind.COMPLAINT,
    QuestionKind.COMPLAINTS,
}
"""Questions whose replies are read as values."""


class _Leave(Exception):
    pass


class _Ready(Exception):
    pass


class Conversation:
    """Asks until nothing is open and nothing is in doubt, or the shopper leaves.

    ``seconds``: a clock for the stopwatch; ``None`` where lines do not come as they are typed (from a pipe), so that
    durations are typed as numbers.
    """

    def __init__(self, keeper: DraftKeeper, screen: Screen, seconds: Callable[[], float] | None = None) -> None:
        self._session = Session(keeper, screen)
        self._screen, self._seconds = screen, seconds
        self._confirmed: deque[str] = deque()
        self._last_item: EntryQuestion | None = None

    def run(self, start: str | None = None) -> bool:
        """Ask; ``True`` when the visit is ready to be sealed, ``False`` when the shopper left before.

        ``start`` names the question to begin with; else the first open one.
        """
        self._screen.say(str(message("/help lists what else you can type; Ctrl-C stops, everything is kept.")))
        try:
            name = start or self._session.open_after(None)
            while True:
                name = self._ask(self._session.question(name)) if name else self._look_again()
        except _Leave:
            return False
        except _Ready:
            return True

    def _ask(self, question: EntryQuestion) -> str | None:
        """Put a question until it is answered or left; the name of the next one, ``None`` where none is open."""
        self._show(question)
        if not self._confirmed:
            self._ask_about(self._screen.waiting())
        while True:
            try:
                reply = self._hear(question)
                return self._obey(reply, question) if isinstance(reply, Said) else self._take(question, reply)
            except BadInput as error:
                self._session.complain(error, question)

    def _show(self, question: EntryQuestion) -> None:
        draft = self._session.draft
        counted = [entry for entry in questions(draft) if entry.counts()]
        done = sum(not entry.is_open(draft.values) for entry in counted)
        self._screen.say()
        self._screen.say(banner(draft, question, done, len(counted)))
        if question.kind is QuestionKind.BRIEFING:
            self._help(question)
        self._screen.say(ask_line(question, draft.words))
        for line in described(question, draft):
            self._session.tell(line)
        if self._seconds and _is_timed(question):
            # An empty line keeps what was said before.
            by_t = N_("or type t to start a stopwatch, and Enter to stop it")
            by_empty_line = N_("or an empty line starts a stopwatch, and another one stops it")
            self._session.tell(translate(by_empty_line if question.is_open(draft.values) else by_t))
        value = shown_value(question, draft)
        if value is not None:
            self._session.tell(message("so far (empty keeps it):"))
            for line in value.splitlines():
                self._session.tell(f"  {line}")

    def _hear(self, question: EntryQuestion) -> Said | str:
        """A command, or the line as an answer; two slashes stand for one that is no command."""
        line = self._next_line(question)
        slash_line = parse(line, free=question.kind is QuestionKind.EVIDENCE)
        return slash_line or (line[1:] if line.startswith("//") else line)

    def _next_line(self, question: EntryQuestion) -> str:
        """The next line typed, or one that came before and is meant."""
        while True:
            if self._confirmed:
                line = self._confirmed.popleft()
                self._screen.say(f"> {line}")
                return line
            line = self._screen.ask("> ")
            if "\n" not in line or question.kind in _SEVERAL_LINES:
                return line
            self._ask_about(line.splitlines())  # pasted

    def _ask_about(self, lines: list[str]) -> None:
        """Show lines that were typed or pasted before the question was seen, and ask what they are."""
        if not any(line.strip() for line in lines):
            return
        self._session.tell(message("these lines came before the question was shown:"))
        for line in lines:
            self._session.tell(f"| {line}")
        item = self._last_item and self._last_item.item
        choices = message("a: they are answers from here on; empty: leave them out")
        if item:
            choices = message("m: they belong to the note on {item}; a: answers from here on; empty: no", item=item.id)
        while True:
            reply = self._screen.ask(f"  {choices} > ").strip().lower()
            if reply in {"a", "ㅁ"}:
                self._confirmed.extend(lines)
            elif reply in {"m", "ㅡ"} and item and self._last_item and self._last_item.touchpoint:
                self._hear_words(note(item, self._last_item.touchpoint), "\n".join(lines).strip())
            elif reply:
                cause = message("expected {what}, found {value}", what="m, a" if item else "a", value=reply)
                self._session.complain(BadInput(Problem(cause)))
                continue
            else:
                self._session.tell(message("left out"))
            return

    def _take(self, question: EntryQuestion, line: str) -> str | None:
        """Keep a reply; an empty one keeps what was said before."""
        if question.item:
            self._last_item = question
        is_open = question.is_open(self._session.draft.values)
        if self._seconds and _is_timed(question) and (starts_stopwatch(line) or (is_open and not line.strip())):
            self._keep(question, self._timed(question, self._seconds))
        elif not line.strip():
            if is_open:
                self._session.write(read_reply(question, line, self._session.draft))
        elif question.kind is QuestionKind.EVIDENCE:
            add_exhibit(self._session, question, line)
            self._session.tell(message("another file for it: /back, or /photo there"))
        elif question.kind is QuestionKind.NOTE:
            self._hear_note(question, line)
        elif question.kind is QuestionKind.COMPLAINTS:
            return self._choose_touchpoint(question, line)
        else:
            self._keep(question, line)
        return self._session.open_after(question)

    def _keep(self, question: EntryQuestion, line: str) -> None:
        """Keep what a line says, to one question or several, as one step; show each value as it was understood."""
        before = self._session.draft
        replies = read_replies(question, line, before)
        self._session.write({name: value for reply in replies for name, value in reply.changes.items()})
        for reply in replies:
            self._echo(reply.question, named=len(replies) > 1)
        for remark in remarks(before, self._session.draft, line):
            self._session.tell(remark)

    def _choose_touchpoint(self, question: EntryQuestion, line: str) -> str:
        """Note where there was a claim or blame; the question about it."""
        changes = read_reply(question, line, self._session.draft)
        self._session.write(changes)
        (name,) = changes
        return f"claims.{name.removeprefix('complained.')}"

    def _echo(self, question: EntryQuestion, *, named: bool) -> None:
        """Show a value as it was understood; what was typed as words is on the screen already."""
        if question.kind in _ECHOED and not (question.item and isinstance(question.item.answer, TextAnswer)):
            name = f"{question.item.id if question.item else list_line(question, self._draft.words)}: " if named else ""
            self._session.tell(f"= {name}{shown_value(question, self._session.draft)}")

    def _timed(self, question: EntryQuestion, seconds: Callable[[], float]) -> str:
        """The time until the next line, as one would type it."""
        if not (question.item and isinstance(question.item.answer, Quantity)):
            raise TypeError(question)
        started = seconds()
        typed = self._screen.ask(f"  {message('running; Enter stops it')} ")
        elapsed = seconds() - started
        if typed.strip():
            self._session.tell(f"! {message('typed while the stopwatch ran, and left out: {value}', value=typed)}")
        return elapsed_text(question.item.answer.unit, elapsed)

    def _hear_note(self, question: EntryQuestion, line: str) -> None:
        """Lines until an empty one; each is kept as it comes, all of them are one step.

        A note that is still too short is asked on for once; left short, it comes up at the end.
        """
        step, lines, may_be_short = self._session.draft.next_step, [line], False
        while True:
            # An empty line with more behind it stands between two paragraphs of what was pasted.
            if not lines[-1].strip():
                pasted = self._screen.waiting()
                if any(line.strip() for line in pasted):
                    lines += pasted
                elif may_be_short or not (lacking := self._too_short(question)):
                    return
                else:
                    may_be_short = True
                    self._session.tell(f"! {lacking}")
            self._session.write(read_reply(question, "\n".join(lines).rstrip(), self._session.draft), step)
            lines.append(self._screen.ask("  "))
            if is_command(lines[-1]):
                self._session.tell(message("! kept as a line of the note; commands work after an empty line"))

    def _too_short(self, question: EntryQuestion) -> Message | None:
        """What a note still lacks."""
        visit, item = self._draft.visit, question.item
        answer = visit.answers.get(item.id) if item else None
        if item is None or answer is None:
            return None
        least, length = item.least_note(answer), note_length(visit, item)
        if length >= least:
            return None
        text = N_("at least {least} characters are needed, {count} so far: write on, or leave it with an empty line")
        return message(text, least=least, count=length)

    def _obey(self, slash_line: Said, question: EntryQuestion) -> str | None:
        """Do what a command says; the name of the question to go on with."""
        match slash_line.command:
            case SlashCommand.QUIT:
                raise _Leave
            case SlashCommand.BACK:
                return self._session.before(question)
            case SlashCommand.GO:
                return self._session.named(slash_line.rest)
            case SlashCommand.UNDO:
                return self._session.undo()
            case SlashCommand.STAND:
                raise BadInput(Problem(message("nothing is in doubt here; /stand is for the end")))
            case SlashCommand.HELP | SlashCommand.LIST:
                self._tell(slash_line, question)
                return question.name
            case _:
                return self._edit(slash_line, question)

    def _edit(self, slash_line: Said, question: EntryQuestion) -> str | None:
        """The commands that add something at the question's item or touchpoint."""
        item, touchpoint = question.item, question.touchpoint
        if touchpoint is None:
            raise BadInput(Problem(message("this belongs to a touchpoint or item; /go there first")))
        if slash_line.command in {SlashCommand.CLAIM, SlashCommand.BLAME}:
            return self._hear_words(complaint(f"{slash_line.command}s", touchpoint), slash_line.rest, question)
        if slash_line.command is SlashCommand.SKIP and (question.is_feeling or item):
            state, reason = self._skip_words(question, slash_line.rest)
            changes = skip(item, state, reason) if item else skip_feeling(question, state, reason)
            self._session.write(changes)
            value = shown_value(self._session.question(f"answers.{item.id}" if item else question.name), self._draft)
            self._session.tell(f"= {value}")
            return self._session.open_after(question)
        if item is None:
            raise BadInput(Problem(message("this belongs to a touchpoint or item; /go there first")))
        match slash_line.command:
            case SlashCommand.NOTE:
                return self._hear_words(note(item, touchpoint), slash_line.rest, question)
            case SlashCommand.DROP:
                drop_exhibit(self._session, item, slash_line.rest)
            case _:
                self._add_file(evidence(item, touchpoint), slash_line)
        return question.name

    @property
    def _draft(self) -> Draft:
        return self._session.draft

    def _add_file(self, question: EntryQuestion, slash_line: Said) -> None:
        """Take in the file a command names, else ask for its path until there is one or the line is empty."""
        if slash_line.rest:
            add_exhibit(self._session, question, slash_line.rest, slash_line.command.value)
            return
        while path := self._screen.ask(f"  {message('path of the file (empty: none)')}: ").strip():
            try:
                add_exhibit(self._session, question, path, slash_line.command.value)
            except BadInput as error:
                self._session.complain(error)
            else:
                return

    def _hear_words(self, question: EntryQuestion, words: str, interrupted: EntryQuestion | None = None) -> str | None:
        """Ask for words, or keep those that came with the command, beside what was said before.

        Returns the question to go on with: ``interrupted``, or what follows where it is the same.
        """
        if words:
            before = self._draft.values.get(question.name)
            if question.kind is QuestionKind.NOTE:
                self._session.write(read_reply(question, f"{before}\n{words}" if before else words, self._draft))
            else:
                changes = read_reply(question, words, self._draft)
                self._session.write({**changes, question.name: [*(before or []), *changes[question.name]]})
            for line in (shown_value(question, self._draft) or "").splitlines():
                self._session.tell(f"= {line}")
        else:
            self._ask(question)
        if interrupted is None:
            return None
        return self._session.open_after(interrupted) if interrupted.name == question.name else interrupted.name

    def _skip_words(self, question: EntryQuestion, rest: str) -> tuple[SkipState, str]:
        """The state and reason a skip gives, asked for where they were not given, until they fit."""
        states = skip_words(question)
        codes = {code: state for code, state in _SKIP_CODES.items() if state in states}
        word, _, reason = rest.partition(" ")
        while word.lower() not in codes:
            if word:
                cause = message("expected {what}, found {value}", what=", ".join(codes), value=word)
                self._session.complain(BadInput(Problem(cause)))
            for code, state in codes.items():
                self._session.tell(f"{code}  {translate(states[state])}")
            word, _, reason = self._screen.ask("  > ").strip().partition(" ")
            if not word:
                raise BadInput(Problem(message("nothing was skipped")))
        reason = reason or self._screen.ask(f"  {message('reason (may be empty)')}: ")
        return codes[word.lower()], reason.strip()

    def _look_again(self) -> str | None:
        """Show what is in doubt and hear what to do about it; the question to go to, ``None`` to look once more."""
        look = SecondLook(self._session)
        look.show()
        try:
            reply = look.ask()
        except EOFError:
            if look.doubts:
                raise
            raise _Ready from None
        if reply == "":
            raise _Leave if look.doubts else _Ready
        return self._obey_at_end(reply) if isinstance(reply, Said) else reply

    def _obey_at_end(self, slash_line: Said) -> str | None:
        last = questions(self._draft)[-1]
        match slash_line.command:
            case SlashCommand.HELP | SlashCommand.LIST:
                self._tell(slash_line, last)
                return None
            case SlashCommand.BACK:
                return last.name
        try:
            if slash_line.command not in {SlashCommand.QUIT, SlashCommand.GO, SlashCommand.UNDO}:
                raise BadInput(Problem(message("this belongs to a touchpoint or item; /go there first")))
            return self._obey(slash_line, last)
        except BadInput as error:
            self._session.complain(error)
            return None

    def _tell(self, slash_line: Said, question: EntryQuestion) -> None:
        if slash_line.command is SlashCommand.LIST:
            for number, entry in enumerate(questions(self._draft), 1):
                value = shown_value(entry, self._draft)
                text = "-" if value is None else ", ".join(value.splitlines())
                self._session.tell(f"{number:3}  {list_line(entry, self._draft.words)}: {text}")
            return
        self._help(question)
        if slash_line.rest:  # a question mark
            self._session.tell(message("/help lists the commands"))
            return
        for line in usage():
            self._session.tell(line)

    def _help(self, question: EntryQuestion) -> None:
        for line in helped(question, self._session.draft):
            self._session.tell(line)


def _is_timed(question: EntryQuestion) -> bool:
    """Whether a stopwatch can answer a question."""
    return bool(question.kind is QuestionKind.ANSWER and question.item and can_be_timed(question.item.answer))


class SecondLook:
    """What is in doubt once all questions are answered, by number."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.doubts = list(session.keeper.doubts(session.draft))

    def show(self) -> None:
        """The doubts, and what to do about them."""
        say = self._session.screen.say
        say()
        if not self.doubts:
            say(str(message("All questions are answered. Empty: done; /go GS05 changes an answer.")))
            return
        say(str(message("All questions are answered. Please look again:")))
        for number, doubt in enumerate(self.doubts, 1):
            self._session.tell(f"{number}  {in_words(doubt.problem, self._session.draft.checklist)}")
        say(str(message("A number goes there to mend it; /stand 1 lets it stand, for a reason; empty: later.")))

    def ask(self) -> str | Said | None:
        """The question to mend, another command, ``None`` where a doubt was let stand; ``""`` to stop here."""
        while True:
            try:
                line = self._session.screen.ask("> ").strip()
                slash_line = parse(line)
                if slash_line and slash_line.command is SlashCommand.STAND:
                    word, _, reason = slash_line.rest.partition(" ")
                    self._let_stand(self._doubt(word), reason.strip())
                    return None
                return slash_line or (self._mending(self._doubt(line)) if line else "")
            except BadInput as error:
                self._session.complain(error)

    def _doubt(self, word: str) -> Doubt:
        if not self.doubts:
            cause = message("all questions are answered; found {value}", value=word)
            raise BadInput(Problem(cause, hint=message("an empty line ends; /go GS05 changes an answer")))
        if not word.isdecimal() or not 1 <= int(word) <= len(self.doubts):
            cause = message("expected a number from 1 to {most}, found {value}", most=len(self.doubts), value=word)
            raise BadInput(Problem(cause))
        return self.doubts[int(word) - 1]

    def _let_stand(self, doubt: Doubt, reason: str) -> None:
        if doubt.must:
            raise BadInput(Problem(message("this cannot stand; it must be mended")))
        too_short = message("a reason of at least {least} characters is needed", least=SHORTEST_REASON)
        is_asked = not reason
        while is_asked and len(reason) < SHORTEST_REASON:
            reason = self._session.screen.ask(f"  {message('reason')}: ").strip()
            if not reason:
                break
            if len(reason) < SHORTEST_REASON:
                self._session.complain(BadInput(Problem(too_short)))
        if len(reason) < SHORTEST_REASON:
            raise BadInput(Problem(too_short))
        override = doubt.let_stand(reason)
        values, name = self._session.draft.values, f"overrides.{doubt.check} {doubt.place}"
        # A check may doubt one place for several reasons: each is let stand by itself.
        while values.get(name) and values[name]["said"] != override.said:
            name += " +"
        self._session.write({name: override.model_dump(mode="json")})

    def _mending(self, doubt: Doubt) -> str:
        place = doubt.problem.place
        names = {question.name for question in questions(self._session.draft)}
        return place if place in names else self._session.named(place.rpartition(".")[2])
