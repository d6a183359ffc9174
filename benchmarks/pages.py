"""Tables of pages, and how they are put between their markers."""

from collections.abc import Iterable, Mapping


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Rows as a Markdown table under a heading."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def filled(page: str, tables: Mapping[str, str]) -> str:
    """The page with each of these texts between its markers of that name.

    Raises:
        SystemExit: The markers are missing, or there are several.
    """
    for name, content in tables.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        if page.count(start) != 1 or page.count(end) != 1:
            raise SystemExit(f"The page needs {start} and {end} exactly once.")
        before, _, rest = page.partition(start)
        page = f"{before}{start}\n{content}\n{end}{rest.partition(end)[2]}"
    return page
