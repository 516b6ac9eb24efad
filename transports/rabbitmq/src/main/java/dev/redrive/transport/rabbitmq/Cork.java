// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Optional;
import javax.net.SocketFactory;

/**
 * Makes a socket whose writes can be held back for a moment, so that many small ones become one:
 * the client flushes after each message, and each flush costs a system call here and a packet at
 * the broker. Thread-safe. Holds the last socket it made, which is the one that could connect.
 */
final class Cork extends SocketFactory {
  private static final int HELD_MAX = 1 << 16;

  private volatile Optional<Outlet> outlet = Optional.empty();
  private volatile boolean isHeld;

  /** What is written from now on may wait for {@link #release}, unless it is much. */
  void hold() {
    isHeld = true;
  }

  /** Writes what was held. Blocks while the other side does not read. */
  void release() throws IOException {
    isHeld = false;
    Optional<Outlet> open = outlet;
    if (open.isPresent()) {
      open.get().flush();
    }
  }

  @Override
  public Socket createSocket() {
    return new Socket() {
      @Override
      public OutputStream getOutputStream() throws IOException {
        Outlet opened = new Outlet(super.getOutputStream());
        outlet = Optional.of(opened);
        return opened;
      }
    };
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw new UnsupportedOperationException("the client connects by itself");
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort)
      throws IOException {
    return createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return createSocket(host.getHostAddress(), port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
      throws IOException {
    return createSocket(host, port);
  }

  private final class Outlet extends OutputStream {
    private final OutputStream socket;
    private final byte[] held = new byte[HELD_MAX];
    private int length;

    Outlet(OutputStream socket) {
      this.socket = socket;
    }

    @Override
    public synchronized void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) throws IOException {
      if (length + count > held.length) {
        drain();
      }
      if (count > held.length) {
        socket.write(bytes, from, count);
      } else {
        System.arraycopy(bytes, from, held, length, count);
        length += count;
      }
    }

    @Override
    public synchronized void flush() throws IOException {
      if (!isHeld) {
        drain();
      }
    }

    private void drain() throws IOException {
      int count = length;
      length = 0;
      socket.write(held, 0, count);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
