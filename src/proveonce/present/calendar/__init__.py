"""The calendar: duties as a table, an iCalendar file, a workbook and a page."""
