"""Sellers' stock as files: every format that is read is written, so that it reads back the same."""

from catalog.exporters.stock.copy import StockOut
from catalog.exporters.stock.report import Shape, report_lines, shape_of, write_report
from catalog.exporters.stock.writing import WRITTEN, stock_lines, write_stock, write_workbook

__all__ = [
    "WRITTEN",
    "Shape",
    "StockOut",
    "report_lines",
    "shape_of",
    "stock_lines",
    "write_report",
    "write_stock",
    "write_workbook",
]
