"""Code that does what sealpost must withstand: a relay that lies, a device that checks nothing.

Written from the manual alone (sealpost-note(5), sealpost-message(5), sealpost-relay(8)) and from
the specifications that it names, so that it also shows that the manual is enough. Only for tests.
"""
