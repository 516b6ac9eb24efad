// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a client and a server of this machine, and can cut the one off from the other.
 * Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final int BUFFER = 1 << 16;

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean isCut;

  /** Listens on a free port of the loopback address, and connects to this one. */
  public FaultProxy(int target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    start("accept", this::accept);
  }

  /** The port to connect to. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Resets all connections, and every new one at once. */
  public void cut() {
    isCut = true;
    reset();
  }

  /** Resets the connections there are; new ones are let through. */
  public void reset() {
    sockets.forEach(FaultProxy::reset);
  }

  /** Ends {@link #cut}. */
  public void heal() {
    isCut = false;
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    reset();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        // Looked at after it is known, so that a cut at this moment misses none.
        if (isCut) {
          forget(client);
        } else {
          start("connect", () -> connect(client));
        }
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    try {
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(server);
      if (isCut) {
        forget(server);
      }
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      start("back", () -> pump(server, client));
      pump(client, server);
    } catch (IOException refused) {
      forget(client);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
    } catch (IOException ended) {
      // As one side ends, so does the other.
    }
    forget(from);
    forget(to);
  }

  private void forget(Socket socket) {
    reset(socket);
    sockets.remove(socket);
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException closed) {
      return;
    }
    try {
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, "fault-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }
}
