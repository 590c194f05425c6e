"""A hundred flows of a Chinese hospital to start from, and the names they use."""

from .loader import Vocabulary, load_all, load_category, load_vocabulary

__all__ = ["Vocabulary", "load_all", "load_category", "load_vocabulary"]
