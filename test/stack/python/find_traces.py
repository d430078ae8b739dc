# Prints as JSON the names of the spans in an experiment.
import json
import sys

import mlflow

traces = mlflow.MlflowClient().search_traces(locations=[sys.argv[1]])
print("spans:", json.dumps(sorted(span.name for one in traces for span in one.data.spans)))
