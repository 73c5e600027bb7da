def credentials(): return []
def status_lists(): return []
def passports(): return []
def policies(): return []
