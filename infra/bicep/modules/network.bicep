@description('The prefix of the resources\' names.')
param prefix string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The network\'s address range: a /24.')
param addressPrefix string

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: '${prefix}-network'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 25, 0)
          // Flex Consumption needs this delegation; the other plans use a different one.
          delegations: [
            {
              name: 'app'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 27, 4)
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: 'app'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

@description('The network\'s resource id.')
output id string = network.id

@description('The subnet that the app\'s outgoing requests come from.')
output appSubnetId string = network::app.id

@description('The subnet of the private endpoints.')
output endpointSubnetId string = network::endpoints.id
