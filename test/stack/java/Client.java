// What docs/clients.md tells users of the Java client to write; prints the run as the server has it.

import org.mlflow.api.proto.Service.Run;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

class Client {
  public static void main(String[] args) {
    var credentials = new BasicMlflowHostCreds(System.getenv("MLFLOW_TRACKING_URI"), System.getenv("MLFLOW_TRACKING_TOKEN"));
    var client = new MlflowClient(credentials);

    var experiment = client.createExperiment("java");
    var id = client.createRun(experiment).getRunId();
    client.logParam(id, "learning_rate", "0.1");
    client.logMetric(id, "loss", 0.5);
    Run run = client.getRun(id);
    System.out.println("found: " + client.searchRuns(java.util.List.of(experiment), "params.learning_rate = '0.1'").size());
    System.out.println("metric: " + run.getData().getMetrics(0).getValue());
    System.out.println("artifacts: " + run.getInfo().getArtifactUri());
  }
}
