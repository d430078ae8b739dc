// OTLP exporters for Python and Node, which know nothing but the variables of `env --otlp`.

import assert from 'node:assert/strict';
import { nodeProgram, nodeWith, pythonWith } from './installed.js';
import { runProgram } from './program.js';

const PYTHON = `
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
class Exporter(OTLPSpanExporter):
    def export(self, spans):
        result = super().export(spans)
        print("reports", result.name)
        return result
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(Exporter()))
provider.get_tracer("test").start_span("from Python").end()
provider.shutdown()
`;

const NODE = `
const load = require('node:module').createRequire(process.argv[1] + '/index.js');
const { ExportResultCode } = load('@opentelemetry/core');
const { OTLPTraceExporter } = load('@opentelemetry/exporter-trace-otlp-proto');
const { SimpleSpanProcessor, TracerProvider } = load('@opentelemetry/sdk-trace');
class Exporter extends OTLPTraceExporter {
  export(spans, done) {
    super.export(spans, (result) => {
      console.log('reports', ExportResultCode[result.code], result.error?.message);
      done(result);
    });
  }
}
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: new Exporter() })] });
provider.getTracer('test').startSpan('from Node').end();
provider.shutdown();
`;

/** Python with the exporter. */
export const pythonExporter = () => pythonWith('otlp', ['opentelemetry-exporter-otlp-proto-http==1.45.2']);

/** The command line of each. */
const COMMANDS = {
  Python: async () => [await pythonExporter(), '-c', PYTHON],
  Node: async () => {
    const packages = ['exporter-trace-otlp-proto@0.301.1', 'sdk-trace@3.1.1', 'core@3.1.1', 'api@1.10.0'];
    const folder = await nodeWith(
      'otlp-node',
      packages.map((name) => `@opentelemetry/${name}`),
    );
    return [await nodeProgram(24), '-e', NODE, folder];
  },
};

export type Language = keyof typeof COMMANDS;
export const LANGUAGES: readonly Language[] = ['Python', 'Node'];

/**
 * Sends the span "from Python" or "from Node" to MLflow, with what docs/clients.md adds to the variables.
 * @returns whether the exporter reports success, and all that it wrote
 */
export async function exportSpan(
  language: Language,
  variables: Record<string, string>,
): Promise<{ success: boolean; output: string }> {
  const [program = '', ...args] = await COMMANDS[language]();
  const { stdout, stderr } = await runProgram(program, args, {
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: variables.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? '',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${variables.MLFLOW_TRACKING_URI}/v1/traces`,
    OTEL_EXPORTER_OTLP_CERTIFICATE: variables.MLFLOW_TRACKING_SERVER_CERT_PATH ?? '',
  });
  const output = stdout + stderr;
  const [, result] = /^reports (SUCCESS|FAILURE|FAILED)\b/m.exec(stdout) ?? assert.fail(output);
  return { success: result === 'SUCCESS', output };
}
