/**
 * A real Kubernetes for the tests: its own programs, built from their published modules; the
 * control plane as processes of this host in the lab's network, kubelet and containerd in the
 * nodes.
 *
 * <p>Tests see a {@link dev.braid.e2e.kubernetes.Cluster} and speak with it as its users do. What
 * the lab's own cluster can do beyond (kill the API server, cut a node off from it) is asked of
 * {@link dev.braid.e2e.kubernetes.LabCluster}.
 *
 * <p>Everybody is known by a token, because that needs no certificates but the servers'; the node
 * authorizer and its admission judge kubelets by it as they would by a certificate.
 *
 * <p>{@link dev.braid.e2e.kubernetes.Release} is Braid in it, deployed with what its users deploy
 * it with; nothing else here knows of Braid.
 */
@NullMarked
package dev.braid.e2e.kubernetes;

import org.jspecify.annotations.NullMarked;
