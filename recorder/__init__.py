"""Sound files of calls: write, repair, keep, play.

The floor above (the line daemon) says when a call is to be recorded and hands over its sound; the panel and the
scheduler ask for what was kept. Nothing here decides whose call it is, and nothing here speaks to hardware.
`docs/recordings.md` tells how the parts work together.
"""
