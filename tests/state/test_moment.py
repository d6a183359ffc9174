import pytest

from mcp_server.state.cells import Moment, Record, read_record, write_record

EPOCH, ANOTHER = b"12345678", b"87654321"


@pytest.mark.parametrize(
    ("epoch", "age"),
    [pytest.param(EPOCH, 7, id="readings compare"), pytest.param(ANOTHER, 4000, id="only the wall clock is left")],
)
def test_an_age_is_told_by_the_clock_that_can_tell_it(epoch: bytes, age: float) -> None:
    stamp = Moment(100, 1_000_000, EPOCH).stamp()
    assert Moment(107, 1_004_000, epoch).age_s(stamp) == age


def test_a_stamp_stays_what_it_was_when_it_is_written_down_and_read() -> None:
    moment = Moment(100.125, 1_000_000.5, EPOCH)
    written = write_record({"seen": moment.stamp()})
    assert moment.age_s(read_record(written)["seen"]) == 0


def test_a_record_is_read_as_it_was_written() -> None:
    record: Record = {"text": 'a "word"\n', "figures": [1, 2.5, None], "nothing": {}}
    assert read_record(write_record(record)) == record


@pytest.mark.parametrize(
    "cell",
    [
        None,
        b"",
        b"\x01packed",
        b"[1]",
        pytest.param(b'{"cut": ', id="cut short"),
        pytest.param(b'{"damaged": "\xff"}', id="damaged"),
    ],
)
def test_what_is_no_record_reads_as_an_empty_one(cell: bytes | None) -> None:
    assert read_record(cell) == {}
