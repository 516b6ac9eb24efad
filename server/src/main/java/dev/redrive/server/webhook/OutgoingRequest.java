// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.util.Map;

/**
 * One message to be delivered.
 *
 * @param id the message's id, the same at every attempt; becomes the header {@code webhook-id},
 *     where every character but letters, digits, {@code _ - : ~} is written as {@code %XX}
 * @param contentType the header {@code content-type}
 * @param headers the message's own headers; those that frame, sign or authenticate a request stay
 *     behind
 * @param body what is sent and signed, byte for byte; not copied, so it must not change any more
 */
@SuppressWarnings(
    "ArrayRecordComponent") // A payload is handed through; nobody compares two requests.
public record OutgoingRequest(
    String id, String contentType, Map<String, String> headers, byte[] body) {
  /** Copies the headers. */
  public OutgoingRequest {
    headers = Map.copyOf(headers);
  }

  @Override
  public String toString() {
    return "OutgoingRequest[id=" + id + ", " + body.length + " bytes of " + contentType + "]";
  }
}
