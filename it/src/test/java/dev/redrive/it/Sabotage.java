// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import java.net.URI;
import java.util.ServiceLoader;

/** What is done wrong on purpose, to see that it is found out. */
enum Sabotage {
  /** Nothing. */
  NONE,
  /** A send is acknowledged before the broker has confirmed it. */
  CONFIRMED_UNASKED,
  /** A message is acknowledged when it is handed over, before it is handled. */
  ACKNOWLEDGED_UNHANDLED,
  /** Now and then a message is sent twice. */
  SENT_TWICE;

  /** Opens Redrive on this transport, whose connections are watched. */
  Redrive open(String uri, FlowPlan plan, Watch watch) {
    return Engine.builder()
        .transport(
            environment -> {
              Transport transport = wrong(uri, environment, plan);
              transport.onState(watch);
              return transport;
            })
        .open();
  }

  private Transport wrong(String uri, Environment environment, FlowPlan plan) {
    URI parsed = URI.create(uri);
    Transport transport =
        ServiceLoader.load(TransportProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.schemes().contains(parsed.getScheme()))
            .findFirst()
            .orElseThrow()
            .open(parsed, environment);
    return switch (this) {
      case NONE -> transport;
      case CONFIRMED_UNASKED -> Saboteur.confirmedUnasked(transport);
      case SENT_TWICE -> Saboteur.sentTwice(transport);
      case ACKNOWLEDGED_UNHANDLED -> new Saboteur(plan).acknowledgedUnhandled(transport);
    };
  }
}
