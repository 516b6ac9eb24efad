// SPDX-License-Identifier: Apache-2.0

/** What an application imports: messages, policy, handler, context. */
module dev.redrive {
  requires transitive java.sql;
  requires static transitive org.jspecify;

  exports dev.redrive;
  exports dev.redrive.gate;
  exports dev.redrive.idempotency;
  exports dev.redrive.retry;
  exports dev.redrive.trace;
}
