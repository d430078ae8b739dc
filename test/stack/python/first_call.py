# The first thing that a script does, in whatever workspace the environment says.
import mlflow

mlflow.set_experiment("my-experiment")
with mlflow.start_run():
    mlflow.log_metric("loss", 0.123)
