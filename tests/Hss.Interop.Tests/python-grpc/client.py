"""client.py JSON: calls every method as the configuration says; one line per case, "ok NAME" or "not ok NAME: reason"."""
import json
import sys

import support

config = json.loads(sys.argv[1])
sys.path.append(config["milenage"])
if config.get("secured"):
    import secured
    secured.run(config)
else:
    import clear
    clear.run(config)
support.say("done")
sys.stdout.flush()
sys.exit(1 if support.failures else 0)
