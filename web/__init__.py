"""The web toolkit: how people see Ygor. It knows no civic noun and no domain rule.

One aiohttp application serves every tenant (node) of the process, chosen by ``Host``. What differs per tenant comes
through the ports of `web.config.WebConfig`, set by `node`. Pages are server-rendered and work without JavaScript.
Start with README.md in this folder.
"""
