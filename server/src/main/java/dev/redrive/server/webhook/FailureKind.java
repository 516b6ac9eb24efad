// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

/** What kept a webhook from being delivered. */
public enum FailureKind {
  /** The destination, or the name it leads to, lies where webhooks may not go. Nothing was sent. */
  NOT_ALLOWED,
  /**
   * The message cannot be written as an HTTP request, for example for a line break in a header.
   * Nothing was sent.
   */
  INVALID,
  /** The message's own deadline had passed. Nothing was sent. */
  EXPIRED,
  /**
   * Too many deliveries to this host were under way. Nothing was sent; says nothing about the
   * receiver.
   */
  OVERLOADED,
  /** This client was closed meanwhile. Says nothing about the receiver. */
  CLOSED,
  /** No connection came about. Nothing was sent. */
  CONNECT,
  /**
   * The receiver's certificate was not accepted, or TLS could not be agreed on. Nothing was sent.
   */
  TLS,
  /** No answer in time. The receiver may have the message. */
  TIMEOUT,
  /** The connection broke before the answer. The receiver may have the message. */
  DISCONNECTED,
  /**
   * What came back is not HTTP, or has more headers than are read. The receiver may have the
   * message.
   */
  PROTOCOL,
  /**
   * The receiver answered with a status that is not 2xx. Redirects are such an answer: they are
   * never followed.
   */
  STATUS
}
