# Trains a model of two points, logs it and registers it, as in the guide.
import mlflow
from sklearn.linear_model import LinearRegression

sk_model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
mlflow.set_experiment("models")
with mlflow.start_run():
    mlflow.sklearn.log_model(sk_model, name="model", registered_model_name="fraud-detector")
version = mlflow.MlflowClient().get_model_version("fraud-detector", "1")
loaded = mlflow.sklearn.load_model("models:/fraud-detector/1")
print("version:", version.version, "predicts:", round(loaded.predict([[2.0]])[0], 6))
