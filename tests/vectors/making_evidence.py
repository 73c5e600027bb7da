def ethereum(): return []
def tlog(): return []
