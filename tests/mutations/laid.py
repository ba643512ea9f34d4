"""A file that does not lie as it should: a folder or a link in its place, another ending, or two at once."""

from __future__ import annotations

from pathlib import Path

OTHER = {".csv": ".xlsx", ".xlsx": ".parquet", ".parquet": ".csv"}


def laid_out(file: Path, content: bytes, how: str) -> Path:
    """Lays the content down in another way, and gives the file of which the rows are to be counted.

    Args:
        file: Where it should lie; its folder is there.
        content: What should be in it.
        how: One of the steps of the level `files`.
    """
    match how:
        case "folder":
            file.mkdir()
        case "link":
            elsewhere = file.parent.parent / f"elsewhere-{file.parent.name}{file.suffix}"
            elsewhere.write_bytes(content)
            file.symlink_to(elsewhere)
        case "dangling":
            file.symlink_to(file.with_name("gone"))
        case "loop":
            file.symlink_to(file)
        case "empty":
            file.write_bytes(b"")
        case "other_format":
            file = file.with_suffix(OTHER[file.suffix])
            file.write_bytes(content)
        case "upper_ending":
            file = file.with_suffix(file.suffix.upper())
            file.write_bytes(content)
        case "two_endings":
            file.write_bytes(content)
            file.with_suffix(OTHER[file.suffix]).write_bytes(content)
        case "unreadable":
            file.write_bytes(content)
            file.chmod(0)
        case _:
            raise AssertionError(how)
    return file
