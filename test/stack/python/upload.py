# Uploads an artifact to a run that there is, after waiting until the credential has expired.
import sys
import time

import mlflow

run_id, seconds = sys.argv[1], float(sys.argv[2])
time.sleep(seconds)
mlflow.MlflowClient().log_text(run_id, "late", "late.txt")
print("uploaded")
