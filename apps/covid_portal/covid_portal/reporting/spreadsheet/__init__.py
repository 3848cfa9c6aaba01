"""Reports by workbook: a template to fill in, the same checks as the forms, every error by its cell; and history."""
