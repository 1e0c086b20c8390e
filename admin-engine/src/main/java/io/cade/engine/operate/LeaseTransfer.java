package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Lease;
import io.cade.engine.model.PoolLease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Leases to be looked at, taken away and brought in. Thread-safe. */
public final class LeaseTransfer {
  /** Leases in one answer. */
  public static final int MAX_LISTED = 10_000;

  private static final String IMPORT = "import leases";

  private final ChangeWriter writer;
  private final AuditedActions actions;
  private final LeasePlaces places;

  public LeaseTransfer(ChangeWriter writer, LeasePlaces places) {
    this.writer = writer;
    this.actions = new AuditedActions(writer);
    this.places = places;
  }

  /**
   * Some of the leases: those of cards by slot, then those of pools by address.
   *
   * @param from how many are left out before
   * @param limit 1 to {@value #MAX_LISTED}
   * @throws Refusal INVALID
   */
  public Views.LeasesView list(int from, int limit) throws Refusal {
    if (from < 0 || limit < 1 || limit > MAX_LISTED) {
      throw new Refusal(Refusal.Kind.INVALID, "from must be 0 or more, limit 1 to " + MAX_LISTED);
    }
    Cabinet c = writer.current();
    Stream<Views.LeaseView> all =
        Stream.concat(
            c.leases().values().stream().map(LeaseTransfer::view),
            c.poolLeases().all().values().stream().map(LeaseTransfer::view));
    return new Views.LeasesView(
        all.skip(from).limit(limit).toList(), c.leases().size() + c.poolLeases().size());
  }

  private static Views.LeaseView view(Lease l) {
    return new Views.LeaseView(
        l.address(),
        l.position(),
        l.mac().toString(),
        "",
        "",
        Views.LeaseKind.CARD,
        l.grantedAt(),
        l.expiresAt());
  }

  private static Views.LeaseView view(PoolLease l) {
    MacAddress mac = l.mac();
    return new Views.LeaseView(
        l.address(),
        null,
        mac == null ? null : mac.toString(),
        l.client(),
        l.hostName(),
        l.state() == PoolLease.State.LOCKED ? Views.LeaseKind.LOCKED : Views.LeaseKind.POOL,
        l.grantedAt(),
        l.expiresAt());
  }

  /** All leases as a file of Kea's memfile. */
  public String export() {
    return LeaseCsv.write(writer.current());
  }

  /** Whether the caller may import leases; asked before the file is read. */
  public CompletionStage<Boolean> checkImport(Caller caller) {
    return actions.carryOut(caller, Role.OPERATOR, IMPORT, false, (_, _) -> Decision.nothing(true));
  }

  /**
   * Takes over the leases of a file of Kea's memfile that have not expired, all or none: in one
   * commit. What is there already and not in the file stays.
   *
   * <p>Reads the file on the calling thread, which takes up to a second.
   *
   * @return fails with a {@link Refusal} that names the first line which cannot be taken
   */
  public CompletionStage<Views.LeaseImportView> importFrom(Caller caller, String csv) {
    Transaction<Views.LeaseImportView> transaction;
    try {
      Collection<LeaseCsv.Row> rows = LeaseCsv.read(csv);
      transaction = (now, at) -> decide(rows, now, at);
    } catch (Refusal e) {
      transaction =
          (_, _) -> {
            throw e;
          };
    }
    return actions.carryOut(caller, Role.OPERATOR, IMPORT, true, transaction);
  }

  private Decision<Views.LeaseImportView> decide(
      Collection<LeaseCsv.Row> rows, Cabinet now, Instant at) throws Refusal {
    Import running = new Import(now, at);
    for (LeaseCsv.Row row : rows) {
      if (!row.expiresAt().isAfter(at)) {
        running.expired++;
        continue;
      }
      switch (places.of(row.address())) {
        case LeasePlaces.Place.Slot(CardPosition position) -> running.card(row, position);
        case LeasePlaces.Place.Pool _ -> running.pool(row);
        case LeasePlaces.Place.None _ ->
            throw LeaseCsv.wrong(
                row.line(),
                row.address()
                    + " is neither the address of a slot nor in a pool of the section dhcp.subnets");
      }
    }
    return new Decision<>(
        running.changes,
        new Views.LeaseImportView(running.changes.size(), running.unchanged, running.expired));
  }

  /** One import under way; used by one thread. */
  private static final class Import {
    final List<Change> changes = new ArrayList<>();
    int unchanged;
    int expired;
    private final Cabinet now;
    private final Instant at;
    private final Map<MacAddress, CardPosition> cards = new HashMap<>();
    private final Map<String, String> clients = new HashMap<>();

    Import(Cabinet now, Instant at) {
      this.now = now;
      this.at = at;
      for (Lease l : now.leases().values()) {
        if (l.expiresAt().isAfter(at)) {
          cards.put(l.mac(), l.position());
        }
      }
    }

    void card(LeaseCsv.Row row, CardPosition position) throws Refusal {
      MacAddress mac = row.mac();
      if (mac == null || row.declined()) {
        throw LeaseCsv.wrong(
            row.line(), row.address() + " is the address of slot " + position + ", not declined");
      }
      Optional<Lease> held = now.lease(position).filter(l -> l.expiresAt().isAfter(at));
      if (held.isPresent() && !held.get().mac().equals(mac)) {
        throw conflict(row, "slot " + position + " is leased to " + held.get().mac());
      }
      CardPosition other = cards.put(mac, position);
      if (other != null && !other.equals(position)) {
        throw conflict(row, mac + " has a lease in slot " + other);
      }
      if (held.isPresent() && !held.get().expiresAt().isBefore(row.expiresAt())) {
        unchanged++;
      } else {
        changes.add(new Change.LeaseGranted(position, mac, row.address(), row.expiresAt()));
      }
    }

    void pool(LeaseCsv.Row row) throws Refusal {
      long number = PoolLease.number(row.address());
      Optional<PoolLease> held = now.poolLeases().at(number).filter(l -> l.isActive(at));
      MacAddress mac = row.mac();
      if (row.declined() || mac == null) {
        if (held.filter(l -> l.state() == PoolLease.State.GRANTED).isPresent()) {
          throw conflict(row, "it is leased to " + held.get().client());
        }
        if (held.isPresent()) {
          unchanged++;
        } else {
          changes.add(
              new Change.PoolAddressLocked(
                  row.address(), row.expiresAt(), "declined, as imported"));
        }
        return;
      }
      if (held.filter(l -> !l.client().equals(row.client())).isPresent()) {
        throw conflict(
            row,
            held.get().client().isEmpty()
                ? "it is locked as being in use"
                : "it is leased to " + held.get().client());
      }
      Optional<PoolLease> elsewhere =
          now.poolLeases()
              .of(row.client())
              .filter(l -> l.isActive(at) && !l.address().equals(row.address()));
      String before = clients.put(row.client(), row.address());
      if (elsewhere.isPresent() || before != null) {
        throw conflict(
            row,
            "the client "
                + row.client()
                + " has "
                + elsewhere.map(PoolLease::address).orElse(String.valueOf(before)));
      }
      if (held.isPresent() && !held.get().expiresAt().isBefore(row.expiresAt())) {
        unchanged++;
      } else {
        changes.add(
            new Change.PoolLeaseGranted(
                row.address(), row.client(), mac, row.hostName(), row.expiresAt()));
      }
    }

    private static Refusal conflict(LeaseCsv.Row row, String what) {
      return new Refusal(
          Refusal.Kind.CONFLICT,
          "line "
              + row.line()
              + ": "
              + row.address()
              + " cannot be taken over: "
              + what
              + ". Nothing was done");
    }
  }
}
