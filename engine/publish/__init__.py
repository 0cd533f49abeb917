"""From a rule file, ledgers and a template to documents that may leave: the journey of a 通报.

    rule book → kind, period → result as of its last day → texts → paper → read again → documents and record

An :class:`Order` is :func:`prepared`, an :class:`Edition` is :func:`released`. Everything wrong is raised as
:class:`engine.source.Rejected`; then nothing has been written.
"""

from __future__ import annotations

from engine.publish.edition import Edition, Order, prepared
from engine.publish.files import Release, Replay, released, replayed
from engine.publish.templates import check_template

__all__ = ["Edition", "Order", "Release", "Replay", "check_template", "prepared", "released", "replayed"]
