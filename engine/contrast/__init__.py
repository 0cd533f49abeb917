"""修订对照表: a comparison, with or without its impact, as people take it to a meeting.

Inside: ``report`` what there is to say, finished texts and tables · ``lines`` clause beside
clause · ``grids`` tables of points cell by cell · ``opening`` the annex in a paragraph ·
``picture`` scores as SVG · ``screen``, ``markdown``, ``page`` (HTML), ``word`` how each output dresses it.
"""
