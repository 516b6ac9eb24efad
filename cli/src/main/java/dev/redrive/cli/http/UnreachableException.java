// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import java.io.IOException;
import java.net.URI;

/** No answer came from the server: nothing listens there, or the connection broke. */
public final class UnreachableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** No answer from this address. */
  public UnreachableException(URI server, Throwable cause) {
    super("no Redrive server answers at " + server + " (" + why(cause) + ")", cause);
  }

  private static String why(Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof java.net.http.HttpConnectTimeoutException) {
        return "connecting took too long";
      }
      if (t instanceof java.net.http.HttpTimeoutException) {
        return "the answer took too long";
      }
      if (t instanceof java.nio.channels.UnresolvedAddressException
          || t instanceof java.net.UnknownHostException) {
        return "the host name is not known";
      }
    }
    if (cause instanceof java.net.ConnectException) {
      return "connection refused";
    }
    String message = cause.getMessage();
    return message == null || message.isBlank() ? "connection failed" : message;
  }
}
