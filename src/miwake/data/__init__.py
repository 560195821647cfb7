"""Pictures in: sources, splits, the cache, the data doctor.

Nothing is imported here, so that listing the room costs nothing: `miwake.data.source.open_dataset` reads a data set,
`miwake.data.split.split` divides it, `miwake.data.cache.open_pictures` decodes it once, `miwake.data.check.check`
looks at all of it.
"""
