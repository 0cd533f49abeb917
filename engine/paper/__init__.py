"""Documents people read on paper: what stands in a .docx, piece by piece."""
