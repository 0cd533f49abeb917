"""成绩.xlsx: the result for people, every figure exact, every unit's reasons a click away.

Sheets: 说明, a ranking per class and over all, 指标, one per shorter period, 明细, 记录,
未计, 口径. A view of :class:`engine.result.Result`; it computes nothing.
"""

from __future__ import annotations

from engine.calendar import from_day_number
from engine.explanation import explain
from engine.result import Result
from engine.workbook.drill import write_reasons, write_records
from engine.workbook.front import warnings, write_guide, write_readings, write_uncounted
from engine.workbook.page import Book, Page
from engine.workbook.standing import rankings, shorter, write_measures, write_periods, write_ranking

__all__ = ["scores"]


def scores(result: Result) -> bytes:
    """The workbook as bytes; the same result gives the same bytes."""
    title = f"{result.book.title.name}（{result.book.title.year}年度）考评成绩"
    book = Book(title, from_day_number(result.as_of), result.book.title.mark)
    guide = _page(book, "说明", result, title)
    tables = [(_page(book, ranking.name, result, ranking.title), ranking) for ranking in rankings(result)]
    measures = _page(book, "指标", result)
    periods = [(_page(book, name, result), period) for name, period in shorter(result)]
    reasons, records, uncounted, readings = (_page(book, name, result) for name in ("明细", "记录", "未计", "口径"))

    stories = [explain(result, unit.name) for unit in result.units]
    anchors = write_reasons(reasons, stories)
    write_records(records, stories, result.book.ledgers)
    for page, ranking in tables:
        write_ranking(page, result, ranking, anchors)
    write_measures(measures, result, anchors)
    for page, period in periods:
        write_periods(page, result, period, anchors)
    write_uncounted(uncounted, result)
    write_readings(readings, result)
    write_guide(guide, result, [
        *((page.name, "名次、得分、各项目得分、归零、处置、待定") for page, _ in tables),
        (measures.name, "各单位的全部指标和提示"),
        *((page.name, f"按{period.value}看的指标和项目得分") for page, period in periods),
        (reasons.name, "每个单位每一分的由来：说明、条款、台账行、细则文件的行"),
        (records.name, "每个单位的每一条台账记录：计入没有，为什么"),
        (uncounted.name, "读到而没有计入的记录和原因"),
        (readings.name, "细则文字有疑义的地方，本次怎样理解"),
    ])  # fmt: skip
    return book.finish()


def _page(book: Book, name: str, result: Result, title: str = "") -> Page:
    """A sheet headed by its title, the as-of date and every warning."""
    page = book.page(name)
    page.say(title or f"{result.book.title.year} 年{name}", "title")
    page.say(f"{result.book.title.name}　截至 {result.as_json_date()}", "note")
    for warning in warnings(result):
        page.say(warning, "warning")
    return page
