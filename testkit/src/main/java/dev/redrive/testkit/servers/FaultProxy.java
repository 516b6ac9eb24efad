// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a client and a server of this machine, and can cut the one off from the other,
 * altogether or in one direction. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final int BUFFER = 1 << 16;

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Passage toServer = new Passage();
  private final Passage toClient = new Passage();
  private volatile boolean isCut;

  /** Which way bytes go. */
  public enum Direction {
    /** From the client to the server. */
    TO_SERVER,
    /** From the server to the client. */
    TO_CLIENT
  }

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

  /**
   * From now on, what goes in this direction vanishes: the request arrives and its answer does not,
   * or the other way round. Nobody is told.
   */
  public void drop(Direction direction) {
    passage(direction).drop();
  }

  /** From now on, what goes in this direction waits until {@link #heal}. Nobody is told. */
  public void hold(Direction direction) {
    passage(direction).hold();
  }

  /**
   * Lets so many more bytes go in this direction, over all connections, and then resets them all
   * once: in the middle of whatever was being said.
   */
  public void resetAfter(Direction direction, long bytes) {
    passage(direction).resetAfter(bytes);
  }

  /** Whether bytes have vanished since the last {@link #heal}. */
  public boolean hasLost() {
    return toServer.hasLost() || toClient.hasLost();
  }

  private Passage passage(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  /**
   * Ends {@link #cut}, {@link #drop} and {@link #hold}, and forgets {@link #resetAfter}.
   * Connections that have lost bytes are of no use to anybody and are reset.
   */
  public void heal() {
    isCut = false;
    boolean hasLost = hasLost();
    toServer.open();
    toClient.open();
    if (hasLost) {
      reset();
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    reset();
    toServer.open();
    toClient.open();
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
    Socket server = new Socket();
    // Known before it is connected, so that a cut at this moment misses none.
    sockets.add(server);
    try {
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      start("back", () -> pump(server, client, toClient));
      pump(client, server, toServer);
    } catch (IOException refused) {
      forget(client);
      forget(server);
    }
  }

  private void pump(Socket from, Socket to, Passage passage) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        int passing = passage.pass(read);
        out.write(buffer, 0, passing);
        if (passing < read && passage.isSpent()) {
          out.flush();
          reset();
        }
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
