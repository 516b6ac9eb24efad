// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import io.netty.channel.ChannelFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;

/** One connection, and what is awaited of the other side. Used on its event loop only. */
final class Peer {
  /** What is awaited. */
  enum Awaited {
    /** The head of the next request. */
    HEAD,
    /** More of the body. */
    BODY,
    /** Nothing: it is the server's turn. */
    NOTHING,
    /** That it takes what was written. */
    READING,
    /** The end of what is read and dropped. */
    LINGERING
  }

  private final HttpConnection connection;
  private Awaited awaited = Awaited.HEAD;
  private long ticks;
  private long bytes;
  private boolean isLast;

  Peer(HttpConnection connection) {
    this.connection = connection;
  }

  Awaited awaited() {
    return awaited;
  }

  void await(Awaited next) {
    awaited = next;
    ticks = 0;
    bytes = 0;
  }

  /** The request being answered is the last one; whatever came behind it is not looked at. */
  void last() {
    isLast = true;
  }

  boolean isLast() {
    return isLast;
  }

  /** What was written is taken; unless a further request is there already, its head is awaited. */
  void taken() {
    if (isLast) {
      close();
    } else if (awaited == Awaited.READING) {
      await(Awaited.HEAD);
    }
  }

  void received(int count) {
    bytes += count;
  }

  /** A tick passed. True if the peer took too long. */
  boolean isTooSlow(HttpTimes times) {
    ticks++;
    return switch (awaited) {
      case HEAD -> ticks > times.ticks(times.head());
      case BODY -> isBodyStalled(times);
      case NOTHING -> false;
      case READING -> ticks > times.ticks(times.write());
      case LINGERING -> ticks > times.ticks(times.linger());
    };
  }

  private boolean isBodyStalled(HttpTimes times) {
    if (ticks <= times.ticks(times.body())) {
      return false;
    }
    boolean isStalled = bytes < HttpTimes.BODY_BYTES_MIN;
    ticks = 0;
    bytes = 0;
    return isStalled;
  }

  /** Closes the connection when all that was written is taken. */
  void close() {
    connection.close();
  }

  /** Closes the connection now. Vert.x's own close would wait for a peer that takes nothing. */
  void abort() {
    if (connection instanceof HttpServerConnection known) {
      // What becomes of it is nobody's concern: the channel is closed either way.
      ChannelFuture unused = known.channelHandlerContext().close();
    } else {
      connection.close();
    }
  }
}
