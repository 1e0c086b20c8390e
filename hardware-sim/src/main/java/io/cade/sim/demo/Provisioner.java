package io.cade.sim.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Watches the cards come and orders the sites, as an operator would. Used by one thread. */
final class Provisioner {
  private static final Set<String> UP = Set.of("AVAILABLE", "ASSIGNED", "RUNNING", "DEGRADED");
  private static final int CONFLICT = 409;

  private final EngineApi api;
  private final int cardsEach;
  private final List<Site> sites;
  private final String password;
  private final RandomGenerator random;

  /**
   * @param totalCards in the cabinet: with fewer than four the sites get one card each, with one
   *     card there is one site
   * @param password of the sites' user
   * @param random unpredictable
   */
  Provisioner(EngineApi api, int totalCards, String password, RandomGenerator random) {
    this.password = password;
    this.random = random;
    this.api = api;
    this.cardsEach = totalCards >= 2 * Site.ALL.size() ? 2 : 1;
    this.sites = totalCards >= Site.ALL.size() ? Site.ALL : Site.ALL.subList(0, 1);
  }

  List<Site> sites() {
    return sites;
  }

  private byte[] salt() {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    return salt;
  }

  int cardsNeeded() {
    return cardsEach * sites.size();
  }

  /**
   * Server cards that have introduced themselves or reported since the engine started.
   *
   * @param count of them
   * @param chassis that they are in
   */
  record Cards(int count, int chassis) {}

  Cards cards() throws IOException, InterruptedException {
    int count = 0;
    Set<String> chassis = new HashSet<>();
    for (JsonNode card : api.get("/api/v1/cards").path("cards")) {
      if (card.path("role").asText().equals("SERVER")
          && card.hasNonNull("lastHeard")
          && UP.contains(card.path("state").asText())) {
        count++;
        String position = card.path("position").asText();
        chassis.add(position.substring(0, Math.max(0, position.indexOf('.'))));
      }
    }
    return new Cards(count, chassis.size());
  }

  /** Names of the services that there are, with their phases. */
  private JsonNode services() throws IOException, InterruptedException {
    return api.get("/api/v1/services").path("services");
  }

  /**
   * Orders the sites that there are not yet.
   *
   * @return those that were ordered now
   */
  List<Site> order() throws IOException, InterruptedException {
    Set<String> known = new HashSet<>();
    services().forEach(s -> known.add(s.path("name").asText()));
    List<Site> missing = sites.stream().filter(s -> !known.contains(s.name())).toList();
    for (Site site : missing) {
      try {
        api.postZip(
            "/api/v1/services?name="
                + site.name()
                + "&kind="
                + site.kind()
                + "&host="
                + site.host()
                + "&cards="
                + cardsEach,
            site.zip(password, salt()));
      } catch (EngineApi.Refused e) {
        if (e.status() != CONFLICT) {
          throw e;
        }
      }
    }
    return missing;
  }

  /**
   * What a site waits for; empty when it is announced.
   *
   * @throws DemoFailure when its provisioning has failed
   */
  String waitsFor(Site site) throws IOException, InterruptedException, DemoFailure {
    for (JsonNode service : services()) {
      if (service.path("name").asText().equals(site.name())) {
        String phase = service.path("phase").asText();
        String reason = service.path("waitsFor").asText();
        if (phase.equals("FAILED")) {
          throw new DemoFailure(
              DemoFailure.FAILED, "site " + site.name() + " could not be provisioned: " + reason);
        }
        return phase.equals("ANNOUNCED")
            ? ""
            : "phase " + phase + (reason.isEmpty() ? "" : " (" + reason + ")");
      }
    }
    return "order";
  }
}
