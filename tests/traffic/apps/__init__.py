"""Application protocols as bytes: one module each, with functions that give whole messages."""
