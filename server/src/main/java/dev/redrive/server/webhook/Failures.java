// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what a cause from below means, once in the words of a tenant and once, in the log, in those
 * of the operator.
 */
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);
  private static final int REASON_LENGTH_MAX = 200;

  private Failures() {}

  /** Why there was no connection. */
  static DeliveryException connecting(WebhookUrl url, Throwable cause) {
    if (cause instanceof DestinationNotAllowedException refused) {
      log.warn("webhook refused: {}", refused.detail());
      return new DeliveryException(FailureKind.NOT_ALLOWED, DestinationNotAllowedException.TEXT);
    }
    if (cause instanceof UnresolvedHostException unresolved) {
      log.warn("webhook refused: {}", unresolved.getMessage());
      return new DeliveryException(FailureKind.NOT_ALLOWED, DestinationNotAllowedException.TEXT);
    }
    if (cause instanceof ClientClosedException) {
      return new DeliveryException(FailureKind.CLOSED, ClientClosedException.TEXT);
    }
    log.debug("webhook to {} found no connection", url.origin(), cause);
    if (isTls(cause)) {
      return new DeliveryException(FailureKind.TLS, "no secure connection: " + tlsReason(cause));
    }
    return new DeliveryException(FailureKind.CONNECT, "the receiver accepted no connection");
  }

  /** Why an open connection brought no answer. */
  static DeliveryException exchanging(WebhookUrl url, Throwable cause) {
    log.debug("webhook to {} got no answer", url.origin(), cause);
    if (isDisconnect(cause)) {
      return new DeliveryException(
          FailureKind.DISCONNECTED, "the receiver closed the connection before it answered");
    }
    return new DeliveryException(
        FailureKind.PROTOCOL, "the receiver's answer is not HTTP, or its headers are too large");
  }

  /** Whether the other side (or the network) ended the connection. */
  static boolean isDisconnect(Throwable cause) {
    return cause instanceof HttpClosedException || cause instanceof IOException;
  }

  /** Whether TLS is what failed: then another address of the same host would fail alike. */
  static boolean isTls(Throwable cause) {
    return find(cause, SSLException.class).isPresent();
  }

  private static String tlsReason(Throwable cause) {
    if (find(cause, CertificateExpiredException.class).isPresent()) {
      return "the receiver's certificate has expired";
    }
    if (find(cause, CertificateNotYetValidException.class).isPresent()) {
      return "the receiver's certificate is not valid yet";
    }
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String reason = root.getMessage() == null ? "TLS could not be agreed on" : root.getMessage();
    return reason.length() > REASON_LENGTH_MAX ? reason.substring(0, REASON_LENGTH_MAX) : reason;
  }

  private static <T extends Throwable> Optional<T> find(Throwable cause, Class<T> type) {
    Throwable current = cause;
    while (current != null) {
      if (type.isInstance(current)) {
        return Optional.of(type.cast(current));
      }
      current = current.getCause() == current ? null : current.getCause();
    }
    return Optional.empty();
  }
}
