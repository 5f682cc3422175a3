//! CRDs of VPCs for tests, as people would bring them.

/// A CRD of VPCs that knows no field of a VPC's spec but `colour`.
pub fn colour_crd() -> String {
    crd("{type: object, properties: {spec: {type: object, properties: {colour: {type: string}}}}}")
}

/// The CRD of VPCs with this schema.
pub fn crd(schema: &str) -> String {
    format!(
        "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: vpcs.vpc.githedgehog.com}}
spec:
  group: vpc.githedgehog.com
  scope: Namespaced
  names: {{kind: VPC, plural: vpcs, singular: vpc, listKind: VPCList}}
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema: {{openAPIV3Schema: {schema}}}
"
    )
}
