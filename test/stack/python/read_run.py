# Prints a run as JSON: who owns it, and what was logged.
import json
import sys

import mlflow

run = mlflow.get_run(sys.argv[1])
print(json.dumps({"owner": run.info.user_id, "params": run.data.params, "metrics": run.data.metrics}))
