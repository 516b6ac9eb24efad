// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Opens connections: looks the name up once, has every address checked, and connects to one of
 * those very addresses, while TLS and the header {@code Host} still speak of the name. So a name
 * that leads elsewhere at a second look has nobody to fool: there is no second look.
 */
final class Connector {
  /** A host that is down at so many addresses is down. */
  private static final int ADDRESSES_TRIED_MAX = 3;

  private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.3", "TLSv1.2");

  private final VertxInternal vertx;
  private final HttpClientAgent http;
  private final NameResolver resolver;
  private final Supplier<AddressPolicy> policy;
  private final WebhookLimits limits;

  Connector(
      VertxInternal vertx,
      HttpClientAgent http,
      NameResolver resolver,
      Supplier<AddressPolicy> policy,
      WebhookLimits limits) {
    this.vertx = vertx;
    this.http = http;
    this.resolver = resolver;
    this.policy = policy;
    this.limits = limits;
  }

  /** Opens a connection; fails with what {@link Failures} understands. */
  Future<Connection> connect(Destination destination) {
    Context context = vertx.createEventLoopContext();
    Promise<Connection> opened = Promise.promise();
    context.runOnContext(
        v ->
            addresses(destination.url())
                .compose(found -> tryEach(destination, context, checked(destination, found), 0))
                .onComplete(opened));
    return opened.future();
  }

  private List<InetAddress> checked(Destination destination, List<InetAddress> addresses) {
    if (addresses.isEmpty()) {
      throw new UnresolvedHostException(destination.url(), null);
    }
    policy.get().check(destination.url(), addresses, destination.allowPrivate());
    return addresses;
  }

  private Future<List<InetAddress>> addresses(WebhookUrl url) {
    return url.literal()
        .map(address -> Future.succeededFuture(List.of(address)))
        .orElseGet(() -> lookUp(url));
  }

  private Future<List<InetAddress>> lookUp(WebhookUrl url) {
    // Composed, so that a resolver that throws is one that fails.
    return Future.<Void>succeededFuture()
        .compose(
            start ->
                Future.fromCompletionStage(
                    resolver.resolve(url.host()), vertx.getOrCreateContext()))
        .timeout(limits.connect().toMillis(), TimeUnit.MILLISECONDS)
        .recover(cause -> Future.failedFuture(new UnresolvedHostException(url, cause)));
  }

  private Future<Connection> tryEach(
      Destination destination, Context context, List<InetAddress> addresses, int index) {
    // Taken by its bytes, so that no name the resolver attached to it can be looked up again.
    InetAddress address = AddressLiteral.of(addresses.get(index).getAddress());
    int next = index + 1;
    boolean last = next == Math.min(addresses.size(), ADDRESSES_TRIED_MAX);
    return open(destination, context, address)
        .recover(
            cause ->
                last || Failures.isTls(cause)
                    ? Future.failedFuture(cause)
                    : tryEach(destination, context, addresses, next));
  }

  private Future<Connection> open(Destination destination, Context context, InetAddress address) {
    WebhookUrl url = destination.url();
    HttpConnectOptions options =
        new HttpConnectOptions()
            .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, url.port())))
            .setHost(url.host())
            .setPort(url.port())
            .setSsl(url.tls());
    if (url.tls()) {
      options.setSslOptions(tls(destination.authorities()));
    }
    return http.connect(options).map(connection -> new Connection(connection, context, address));
  }

  private ClientSSLOptions tls(List<X509Certificate> authorities) {
    ClientSSLOptions options = new ClientSSLOptions();
    options
        .setHostnameVerificationAlgorithm("HTTPS")
        .setEnabledSecureTransportProtocols(TLS_VERSIONS)
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setSslHandshakeTimeout(limits.handshake().toMillis());
    if (!authorities.isEmpty()) {
      PemTrustOptions pinned = new PemTrustOptions();
      authorities.forEach(authority -> pinned.addCertValue(pem(authority)));
      options.setTrustOptions(pinned);
    }
    return options;
  }

  private static Buffer pem(X509Certificate certificate) {
    try {
      String body =
          Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
      return Buffer.buffer(
          "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("the pinned certificate authority cannot be encoded", e);
    }
  }
}
