"""Keys and signatures: who sealed a visit, told from a key and nothing else."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from helpers import sealed_visits
from helpers.sealed_visits import Parts, canonical, changed, packed

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.exchange.sealed import read_sealed
from cemaudit.exchange.sealed.keys import (
    PublicKey,
    SigningKey,
    is_genuine,
    new_key,
    public_file,
    read_key,
    read_public_keys,
    readable_by_others,
)


def line_of(error: pytest.ExceptionInfo[BadInput]) -> str:
    (line,) = str(error.value).splitlines()
    return line


@pytest.fixture
def other(tmp_path: Path) -> SigningKey:
    return new_key(tmp_path / "other.pem")


def test_a_signed_visit_names_its_signer(tmp_path: Path, key: SigningKey) -> None:
    sealed = sealed_visits.seal(tmp_path, key)
    assert sealed.signer == key.public
    assert read_sealed(sealed.path).signer == key.public
    known = PublicKey(key.public.raw, "강남점 쇼퍼")
    signer = read_sealed(sealed.path, keys=[known]).signer
    assert signer
    assert signer.comment == "강남점 쇼퍼"


def test_the_same_key_makes_the_same_bytes(tmp_path: Path, key: SigningKey) -> None:
    one, two = sealed_visits.seal(tmp_path / "a", key), sealed_visits.seal(tmp_path / "b", key)
    assert one.path.read_bytes() == two.path.read_bytes()


def test_only_the_keys_asked_for_will_do(tmp_path: Path, key: SigningKey, other: SigningKey) -> None:
    signed, unsigned = sealed_visits.seal(tmp_path / "a", key), sealed_visits.seal(tmp_path / "b")
    assert read_sealed(signed.path, keys=[other.public, key.public]).signer == key.public
    with pytest.raises(BadInput) as refusal:
        read_sealed(signed.path, keys=[other.public])
    assert f"not among those given: {key.public.fingerprint}" in line_of(refusal)
    for keys in ([], [key.public]):
        with pytest.raises(BadInput) as refusal:
            read_sealed(unsigned.path, keys=keys)
        assert "not signed" in line_of(refusal)


def resigned(change: Callable[[bytes], bytes]) -> Callable[[Parts], Parts]:
    return lambda parts: parts | {"manifest.sig": change(parts["manifest.sig"])}


FORGERIES: dict[str, tuple[Callable[[Parts], Parts], str]] = {
    "another signature": (
        resigned(lambda data: changed(data, signature=b64encode(bytes(64)).decode())), "not of this file",
    ),
    "no signature": (resigned(lambda _: b"{}"), "manifest.sig: key: is missing"),
    "no JSON": (resigned(lambda _: b"signed"), "manifest.sig: not JSON"),
    "short": (resigned(lambda data: changed(data, signature="AAAA")), "manifest.sig: signature"),
    "no base64": (resigned(lambda data: changed(data, key="*")), "manifest.sig: key: expected bytes in base64"),
    "a short key": (resigned(lambda data: changed(data, key="AAAA")), "manifest.sig: key"),
    "spaces": (resigned(lambda data: data + b" "), "manifest.sig: not written as cemaudit writes it"),
    "too long": (resigned(lambda data: data + b" " * 2000), "manifest.sig is too large"),
    "a signature at the end": (
        lambda parts: {name: parts[name] for name in sorted(parts, key="manifest.sig".__eq__)}, "not written as",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_signatures_are_refused(name: str, tmp_path: Path, key: SigningKey) -> None:
    path = sealed_visits.seal(tmp_path, key).path
    forge, words = FORGERIES[name]
    path.write_bytes(packed(forge(sealed_visits.parts_of(path))))
    for keys in (None, [key.public]):
        with pytest.raises(BadInput) as refusal:
            read_sealed(path, keys=keys)
        assert words in line_of(refusal)


def test_a_signature_is_of_one_document_only(tmp_path: Path, key: SigningKey) -> None:
    mine = sealed_visits.seal(tmp_path / "a", key).path
    theirs = sealed_visits.parts_of(sealed_visits.seal(tmp_path / "b", key, id="v2").path)
    mine.write_bytes(packed(sealed_visits.parts_of(mine) | {"manifest.sig": theirs["manifest.sig"]}))
    with pytest.raises(BadInput, match="the signature is not of this file"):
        read_sealed(mine)


def test_another_key_cannot_pass_for_the_signer(tmp_path: Path, key: SigningKey, other: SigningKey) -> None:
    path = sealed_visits.seal(tmp_path, key).path
    parts = sealed_visits.parts_of(path)
    forged = canonical(
        {
            "key": b64encode(key.public.raw).decode(),
            "signature": b64encode(other.sign(parts["manifest.json"])).decode(),
        }
    )
    path.write_bytes(packed(parts | {"manifest.sig": forged}))
    with pytest.raises(BadInput, match="the signature is not of this file"):
        read_sealed(path, keys=[key.public])


def test_what_is_signed_for_sealing_serves_for_nothing_else(key: SigningKey) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signature = key.sign(b"data")
    assert is_genuine(key.public, signature, b"data")
    assert not is_genuine(key.public, signature, b"date")
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(key.public.raw).verify(signature, b"data")


def test_a_signature_that_cannot_be_checked_is_not_passed_over(
    tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, unsigned = sealed_visits.seal(tmp_path / "a", key), sealed_visits.seal(tmp_path / "b")
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert read_sealed(unsigned.path)
    with pytest.raises(BadEnvironment, match=r"pip install 'cemaudit\[sign\]'"):
        read_sealed(signed.path)
    with pytest.raises(BadEnvironment):
        new_key(tmp_path / "key.pem")


def test_a_key_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key.pem"
    made = new_key(path, "s-12\n 강남")
    assert read_key(path) == made
    assert read_public_keys(public_file(path)) == (made.public,)
    assert public_file(path).read_text("utf-8") == made.public.line + "\n"
    assert made.public.comment == "s-12 강남"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not readable_by_others(path)
    assert readable_by_others(public_file(path))


def test_a_passphrase_locks_a_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    made = new_key(path, ask=lambda: "열려라 참깨")
    assert read_key(path, lambda: "열려라 참깨") == made
    for answer, words in (("wrong", "not the passphrase of this key"), (None, "CEMAUDIT_KEY_PASSPHRASE"), ("", "")):
        with pytest.raises(BadInput) as refusal:
            read_key(path, lambda answer=answer: answer)
        assert words in line_of(refusal)


@pytest.mark.parametrize("taken", ["key.pem", "key.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(BadInput, match="never overwritten"):
        new_key(tmp_path / "key.pem")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_key_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadEnvironment, match="cannot be written"):
        new_key(tmp_path / "file" / "key.pem")
    with pytest.raises(BadInput, match="for public keys"):
        new_key(tmp_path / "key.pub")


def test_both_halves_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cemaudit.exchange.sealed import keys as module

    def failing(handle: int) -> None:
        if list(tmp_path.glob("*.pub")):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", failing)
    with pytest.raises(BadEnvironment, match="No space left"):
        new_key(tmp_path / "key.pem")
    assert not list(tmp_path.iterdir())


def elliptic() -> bytes:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no private key in PEM form"),
        (b"hello", "no private key in PEM form"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key in PEM form"),
        (b"\xff\xfe", "not UTF-8 text"),
        (elliptic(), "not an Ed25519 key"),
        (PublicKey(bytes(32)).line.encode(), "this is a public key"),
        (b"x" * 200_000, "larger than"),
    ],
)
def test_bad_private_keys_are_one_clear_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refusal:
        read_key(path)
    assert words in line_of(refusal)
    assert "key.pem" in line_of(refusal)


def test_a_list_of_public_keys(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    path.write_text(f"# our shoppers\n{PublicKey(bytes(32), 's-1').line}\n\n{PublicKey(b'x' * 32).line}\n", "utf-8")
    one, two = read_public_keys(path)
    assert (one.raw, one.comment, two.raw, two.comment) == (bytes(32), "s-1", b"x" * 32, "")
    assert one.fingerprint.count("-") == 5
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no public key"),
        ("# nothing\n", "no public key"),
        ("ssh-ed25519 AAAA me\n", "line 1: expected a line like cemaudit-ed25519"),
        ("# one\ncemaudit-ed25519 AAAA\n", "line 2: expected a line like"),
        ("-----BEGIN PRIVATE KEY-----\n", "this is a private key"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "this is a private key"),
    ],
)
def test_bad_public_keys_are_one_clear_line(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "known.txt"
    path.write_text(content)
    with pytest.raises(BadInput) as refusal:
        read_public_keys(path)
    assert words in line_of(refusal)
