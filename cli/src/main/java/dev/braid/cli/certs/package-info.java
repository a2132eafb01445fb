/**
 * Certificates for heads and their clients (rule 20), for who has no certificate manager: a CA in a
 * folder, and what it signs.
 *
 * <p>Signing is Bouncy Castle's, as the JDK can read certificates but not make them. It is only in
 * this program: the others carry no code that makes keys.
 */
@NullMarked
package dev.braid.cli.certs;

import org.jspecify.annotations.NullMarked;
