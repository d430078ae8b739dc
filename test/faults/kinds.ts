// What kinds of faults answers have.

import type { Fault } from './front.js';
import { bodyOf, type Reached, whole } from './wire.js';

/** What a fault amounts to; each request of the table says what a user is then to read. */
export type Kind =
  | 'broken-off'
  | 'timeout'
  | 'answer-too-large'
  | 'not-http'
  | 'busy'
  | 'failed'
  | '500'
  | 'text'
  | 'page'
  | 'harmless';

export interface AnswerFault extends Fault {
  kind: Kind;
  answer: (reached: Reached) => void | Promise<void>;
  /** Bytes that the server must not get rid of. */
  most?: number;
}

/** A fault of an answer. */
export const fault = (kind: Kind, name: string, answer: AnswerFault['answer'], more: Partial<AnswerFault> = {}) => ({
  kind,
  name,
  answer,
  ...more,
});

/** An answer with this status, body and headers in place of the platform's. */
export const other =
  (status: number, body: string, headers: Record<string, string> = {}): AnswerFault['answer'] =>
  ({ socket }) =>
    void socket.end(whole({ status, body, headers }));

/** The body; where the platform sends none, there is one to spoil. */
export const someBody = ({ answer }: Reached) => bodyOf(answer) || 'Found';
