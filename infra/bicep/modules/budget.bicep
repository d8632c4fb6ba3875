@description('The budget\'s name. A budget is not changed by a later deployment, so the name must tell one amount and address from another.')
param name string

@description('What the resource group may cost in a month, in the subscription\'s currency.')
param amount int

@description('The mail address that is told.')
param email string

@description('The first month. It cannot be in the past when the budget is made.')
param firstMonth string = utcNow('yyyy-MM-01')

// Azure refuses another first month for an existing budget, and a past one for a new budget. So only the first deployment makes it.
@onlyIfNotExists()
resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: firstMonth
    }
    notifications: {
      spent80: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: [
          email
        ]
      }
      spent100: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: [
          email
        ]
      }
      forecast100: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [
          email
        ]
      }
    }
  }
}
