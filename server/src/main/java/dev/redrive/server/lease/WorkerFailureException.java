// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.lease;

/** A worker said over HTTP that its attempt failed. */
final class WorkerFailureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WorkerFailureException(String failure) {
    super(failure, null, false, false);
  }
}
