// SPDX-License-Identifier: Apache-2.0

package dev.redrive.telemetry.opentelemetry;

import io.opentelemetry.api.common.AttributeKey;

/** The names of attributes and events: those of the conventions, then Redrive's own. */
final class Names {
  static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  static final AttributeKey<String> OPERATION_NAME =
      AttributeKey.stringKey("messaging.operation.name");
  static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
  static final AttributeKey<Long> BODY_SIZE = AttributeKey.longKey("messaging.message.body.size");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("messaging.redrive.attempt");
  static final AttributeKey<String> REQUEST_ID =
      AttributeKey.stringKey("messaging.redrive.request_id");
  static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("messaging.redrive.outcome");
  static final AttributeKey<String> DUE_AT = AttributeKey.stringKey("messaging.redrive.due_at");
  static final AttributeKey<String> REASON = AttributeKey.stringKey("messaging.redrive.reason");
  static final AttributeKey<String> CAUSE = AttributeKey.stringKey("messaging.redrive.cause");
  static final AttributeKey<String> LINK = AttributeKey.stringKey("messaging.redrive.link");
  static final String DEAD_LETTER = "messaging.redrive.dead_letter";

  private Names() {}
}
