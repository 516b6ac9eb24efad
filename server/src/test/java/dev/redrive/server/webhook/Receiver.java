// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import dev.redrive.server.support.Api;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A webhook's receiver on a raw loopback socket, which does to a connection whatever a script says:
 * so that it can misbehave in ways no HTTP server would.
 */
final class Receiver implements AutoCloseable {
  static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

  /** Serves one connection; when it returns the connection is closed. */
  interface Script {
    void serve(Line line) throws IOException;
  }

  /** What came in: header names are in lower case, values and body have a char for each byte. */
  record Request(String requestLine, Map<String, String> headers, String body, int connection) {
    /** The value of a header named in lower case, or an empty text. */
    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  private final ServerSocket server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final List<String> faults = new CopyOnWriteArrayList<>();

  private Receiver(ServerSocket server, Script script) {
    this.server = server;
    threads.execute(() -> accept(script));
  }

  /** Answers every request with the same text and keeps the connection. */
  static Receiver answering(String answer) {
    return scripted(
        line -> {
          while (line.read()) {
            line.write(answer);
          }
        });
  }

  static Receiver scripted(Script script) {
    return on(0, script);
  }

  static Receiver on(int port, Script script) {
    try {
      ServerSocket server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
      return new Receiver(server, script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Receiver tls(SSLContext tls, List<String> versions, Script script) {
    try {
      ServerSocket server =
          tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
      ((javax.net.ssl.SSLServerSocket) server).setEnabledProtocols(versions.toArray(String[]::new));
      return new Receiver(server, script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getLocalPort();
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/hook";
  }

  /** Connections accepted so far. */
  int connections() {
    return connections.get();
  }

  /** The next request, waiting for it a while. */
  Request next() throws InterruptedException {
    Request request = requests.poll(Api.BOUND.toSeconds(), TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request arrived");
    }
    return request;
  }

  /** Requests read and not yet asked for. */
  int unseen() {
    return requests.size();
  }

  /** Holds a script until the test lets it go on. */
  static void await(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(2 * Api.BOUND.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the test never let the receiver go on");
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException("the receiver was closed");
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.shutdownNow();
    if (!faults.isEmpty()) {
      throw new AssertionError("the receiver failed: " + faults);
    }
  }

  private void accept(Script script) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        int number = connections.incrementAndGet();
        sockets.add(socket);
        threads.execute(() -> serve(script, socket, number));
      } catch (IOException e) {
        if (!server.isClosed()) {
          faults.add(e.toString());
        }
      }
    }
  }

  private void serve(Script script, Socket socket, int number) {
    try (socket) {
      socket.setTcpNoDelay(true);
      script.serve(new Line(socket, number));
    } catch (IOException e) {
      // The client closed or reset the connection, which half of the tests are about.
      sockets.remove(socket);
    } catch (RuntimeException e) {
      faults.add(e.toString());
    }
  }

  /** One connection, seen by a script. */
  final class Line {
    private final Socket socket;
    private final int number;

    Line(Socket socket, int number) {
      this.socket = socket;
      this.number = number;
    }

    /** Counts from 1. */
    int number() {
      return number;
    }

    /** Reads one request whole and keeps it for {@link #next}; false when the client has closed. */
    boolean read() throws IOException {
      InputStream in = socket.getInputStream();
      String head = head(in);
      if (head.isEmpty()) {
        return false;
      }
      String[] lines = head.strip().split("\r\n", -1);
      Map<String, String> headers = new LinkedHashMap<>();
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
        headers.merge(name, lines[i].substring(colon + 1).strip(), (a, b) -> a + " | " + b);
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      String body = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
      requests.add(new Request(lines[0], headers, body, number));
      return true;
    }

    /** Reads the head of a request alone and leaves its body where it is. */
    void readHead() throws IOException {
      head(socket.getInputStream());
    }

    void write(String text) throws IOException {
      write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** Waits until the client closes its side, without a word. */
    void awaitClose() throws IOException {
      while (socket.getInputStream().read() >= 0) {
        // What still comes is of no interest.
      }
    }

    /** Waits for this many milliseconds, or until the client says something. */
    void pause(int millis) throws IOException {
      socket.setSoTimeout(millis);
      try {
        if (socket.getInputStream().read() < 0) {
          throw new EOFException();
        }
      } catch (SocketTimeoutException e) {
        // The pause is over.
      }
    }

    /** Ends the connection with a reset in place of a close. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** The server name the client asked for in TLS, or empty. */
    String serverName() {
      var session = (javax.net.ssl.ExtendedSSLSession) ((SSLSocket) socket).getSession();
      return session.getRequestedServerNames().stream()
          .map(name -> ((javax.net.ssl.SNIHostName) name).getAsciiName())
          .findFirst()
          .orElse("");
    }

    private String head(InputStream in) throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      int ending = 0;
      while (ending < 4) {
        int b = in.read();
        if (b < 0) {
          if (head.size() == 0) {
            return "";
          }
          throw new EOFException();
        }
        head.write(b);
        ending = b == (ending % 2 == 0 ? '\r' : '\n') ? ending + 1 : b == '\r' ? 1 : 0;
      }
      return head.toString(StandardCharsets.ISO_8859_1);
    }
  }
}
