"""Reports to authorities and partners: forms as data, filled from events, checked first.

    forms, catalogue    what a receiver takes, as tables (`layouts/*.yaml`)
    assembling          events, and what is known of their objects -> material
    building            a form filled with material -> files; a file -> findings, line by line
    answers             what a receiver says -> outcome, and reasons with the packs concerned
    life, deadlines     states and steps of a report; by when it must be there

Nothing here reads a store, a clock or a network: whoever has events and facts hands them in.
"""
