// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

/** Answers the requests of one route. */
@FunctionalInterface
public interface Endpoint {

  /**
   * Answers now or later. Called on an event loop, so it must not block; what it throws is answered
   * as a problem.
   */
  void handle(Exchange exchange);
}
